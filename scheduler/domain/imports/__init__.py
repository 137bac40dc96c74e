"""What another system says of the plant, and what of that is new."""

from scheduler.domain.imports.difference import Difference as Difference
from scheduler.domain.imports.difference import Rules as Rules
from scheduler.domain.imports.difference import difference as difference
from scheduler.domain.imports.imported import NOTHING as NOTHING
from scheduler.domain.imports.imported import Imported as Imported
from scheduler.domain.imports.imported import ImportedTable as ImportedTable
from scheduler.domain.imports.imported import Kind as Kind
from scheduler.domain.imports.imported import RejectedRow as RejectedRow
from scheduler.domain.imports.imported import merged as merged
from scheduler.domain.imports.reported import OutKind as OutKind
from scheduler.domain.imports.reported import Told as Told
from scheduler.domain.imports.reported import reported as reported
