"""The daemon's figures, for Prometheus: names `textobot_*`, and nothing personal in a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()


def _counter(name: str, told: str, *labels: str) -> Counter:
    return Counter(f"textobot_{name}", told, labels, registry=REGISTRY)


def _gauge(name: str, told: str, *labels: str) -> Gauge:
    return Gauge(f"textobot_{name}", told, labels, registry=REGISTRY)


TEXTS_RECEIVED = _counter("texts_received", "Texts stored in the inbox", "gateway")
TEXTS_DECIDED = _counter("texts_decided", "Texts decided, by reason", "reason")
MESSAGES = _counter("messages", "What came of handing messages over", "gateway", "status")
VERDICTS = _counter("verdicts", "How unclear sends were settled", "gateway", "verdict")
RECEIPTS = _counter("receipts", "Last words of the network", "gateway", "status")
UNDELIVERED = _counter(
    "undelivered",
    "Messages that did not arrive, by the vendor's code and what was done",
    "gateway",
    "code",
    "action",
)
TAKEOVERS = _counter("takeovers", "Conversations that a person took over", "gateway")
GATEWAY_ERRORS = _counter("gateway_errors", "Requests that failed", "gateway", "error")
PARTS_DIFFER = _counter(
    "parts_differ",
    "Messages whose segments a gateway counts otherwise",
    "gateway",
    "how",
)
WEBHOOKS = _counter("webhook_attempts", "What came of telling programs of events", "status")

CODES = _counter("codes", "Codes given out", "gateway", "how")
CODES_REFUSED = _counter("codes_refused", "Codes that were not sent, or not compared", "reason")
VERIFICATIONS = _counter("verifications", "Verifications that ended, by status", "status")

INBOX_WAITING = _gauge("inbox_waiting", "Texts not decided yet")
OUTBOX_OPEN = _gauge("outbox_open", "Messages not settled yet", "gateway", "status")
WEBHOOKS_WAITING = _gauge("webhooks_waiting", "Events on their way to programs")
GATEWAY_HELD = _gauge("gateway_held", "1 while the account is held", "gateway", "word")
GATEWAY_SKEW = _gauge("gateway_skew_seconds", "The gateway's clock minus ours", "gateway")
GATEWAY_CREDIT = _gauge("gateway_credit", "Credit, in the gateway's units", "gateway")
FEEDS = _gauge("feeds", "Feeds that are read", "gateway")
FEEDS_STRETCH = _gauge(
    "feeds_stretch", "By how much reading is slowed so that the rate holds", "gateway"
)
CEILING_SPENT = _gauge("ceiling_spent", "Spent under the ceilings", "period", "measure")
CEILING_REACHED = _gauge(
    "ceiling_reached", "1 while a ceiling stops something", "period", "measure", "stops"
)
ALARM = _gauge("alarm", "1 while an alarm lasts", "kind", "gateway")
RULES_REFUSED = _gauge("rules_refused", "1 while faulty rules on disk are not in force")


def exposition() -> bytes:
    """Give every figure in Prometheus' text format."""
    return generate_latest(REGISTRY)
