"""The API's own metrics: requests, and the vitals of the house."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from records.health import Vitals


class Metrics:
    """One registry per app, so that two in one process do not share numbers."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "reprise_http_requests",
            "Requests.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "reprise_http_request_seconds", "Until answered.", ["route"], registry=self._registry
        )
        self._webhooks = Counter(
            "reprise_webhooks_in",
            "Webhooks that came in, by kind of source and what became of them.",
            ["kind", "result"],
            registry=self._registry,
        )
        self._vitals = {
            name: Gauge(f"reprise_{name}", text, registry=self._registry)
            for name, text in _VITALS.items()
        }

    def observe_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; `route` is the template of the path, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def observe_webhook(self, *, kind: str, result: str) -> None:
        """Count a webhook; `result` is a state, "duplicate", or why it was refused."""
        self._webhooks.labels(kind, result).inc()

    def observe_health(self, vitals: Vitals) -> None:
        """Show the vitals."""
        for name, gauge in self._vitals.items():
            gauge.set(getattr(vitals, name))

    def render(self) -> tuple[bytes, str]:
        """Give the text and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


_VITALS = {
    "outbox_depth": "Rows that wait to be delivered to Temporal.",
    "outbox_oldest_seconds": "Age of the oldest of them.",
    "outbox_parked": "Rows that failed too often; a person must look.",
    "cursor_oldest_seconds": "Since the inbox that was read longest ago was read.",
}
