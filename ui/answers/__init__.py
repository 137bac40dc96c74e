"""What the API answers, as far as the screens read it. The API's own descriptions stand at /docs."""

from __future__ import annotations

from ui.answers.board import Board, BoardOperations, BoardOrders, MachineTimes, Outage, Stretch
from ui.answers.dispatch import DispatchLine, DispatchList, DispatchTarget, ListChange, Missing
from ui.answers.events import (
    Doubt,
    Event,
    LoggedEvent,
    Quarantine,
    QuarantineCause,
    Quarantined,
    QuarantineDecided,
    RefusedAgain,
    Reports,
)
from ui.answers.orders import Lateness, Material, Order, Receipt, Wait
from ui.answers.plans import (
    BrokenPin,
    Comparison,
    Kpis,
    Milestone,
    Moved,
    Need,
    OrderChange,
    Plan,
    Promises,
    Reaction,
    Trigger,
    Unplanned,
)
from ui.answers.plants import Limits, Mode, Plant, PlantDetail, Policy
from ui.answers.webhooks import DeadLetter, Webhook
from ui.answers.work import FINAL, Job, JobState, Progress, Promotion, WhatIf, WhatIfSummary

__all__ = [
    "FINAL",
    "Board",
    "BoardOperations",
    "BoardOrders",
    "BrokenPin",
    "Comparison",
    "DeadLetter",
    "DispatchLine",
    "DispatchList",
    "DispatchTarget",
    "Doubt",
    "Event",
    "Job",
    "JobState",
    "Kpis",
    "Lateness",
    "Limits",
    "ListChange",
    "LoggedEvent",
    "MachineTimes",
    "Material",
    "Milestone",
    "Missing",
    "Mode",
    "Moved",
    "Need",
    "Order",
    "OrderChange",
    "Outage",
    "Plan",
    "Plant",
    "PlantDetail",
    "Policy",
    "Progress",
    "Promises",
    "Promotion",
    "Quarantine",
    "QuarantineCause",
    "QuarantineDecided",
    "Quarantined",
    "Reaction",
    "Receipt",
    "RefusedAgain",
    "Reports",
    "Stretch",
    "Trigger",
    "Unplanned",
    "Wait",
    "Webhook",
    "WhatIf",
    "WhatIfSummary",
]
