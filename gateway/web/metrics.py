"""Metrics of the process. Labels are patterns and codes from closed lists, never anything that was sent."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Metrics:
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    open_exchanges: Gauge = field(init=False)
    followed_cases: Gauge = field(init=False)
    followed_overdue: Gauge = field(init=False)
    webhook_letters: Gauge = field(init=False)
    witness_behind: Gauge = field(init=False)
    certificates_behind: Gauge = field(init=False)
    waiting_writes: Gauge = field(init=False)
    waited: Counter = field(init=False)
    turned_away: Counter = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "requests": Counter(
                "tongban_requests",
                "Requests by route and outcome",
                ["route", "status"],
                registry=self.registry,
            ),
            "seconds": Histogram(
                "tongban_request_seconds",
                "Time to answer",
                ["route"],
                buckets=_SECONDS,
                registry=self.registry,
            ),
            "open_exchanges": Gauge(
                "tongban_open_exchanges", "Open exchanges", ["platform", "state"], registry=self.registry
            ),
            "followed_cases": Gauge(
                "tongban_followed_cases",
                "Cases that are asked about by themselves, by why the last question got no answer",
                ["platform", "cause"],
                registry=self.registry,
            ),
            "followed_overdue": Gauge(
                "tongban_followed_overdue_seconds",
                "How long the longest due question has waited",
                ["platform"],
                registry=self.registry,
            ),
            "webhook_letters": Gauge(
                "tongban_webhook_letters",
                "Events that a caller's webhook has not taken yet, and those that are dead letters",
                ["caller", "state"],
                registry=self.registry,
            ),
            "witness_behind": Gauge(
                "tongban_witness_behind_seconds",
                "How long the oldest checkpoint has waited that a witness has not cosigned",
                ["witness"],
                registry=self.registry,
            ),
            "certificates_behind": Gauge(
                "tongban_certificates_behind_days", "Days over and not certified", registry=self.registry
            ),
            "waiting_writes": Gauge(
                "tongban_waiting_writes", "Transactions waiting for the writer", registry=self.registry
            ),
            "waited": Counter(
                "tongban_waited", "Requests that waited for their turn", ["caller"], registry=self.registry
            ),
            "turned_away": Counter(
                "tongban_turned_away",
                "Requests told 429, by the bound that left no room",
                ["caller", "bound"],
                registry=self.registry,
            ),
        }
        for name, metric in made.items():
            object.__setattr__(self, name, metric)


METRICS = Metrics()
