"""A shop for the connections' tests."""

from tests.usecases.conftest import shop as shop
