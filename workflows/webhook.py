"""Brings one notice to one webhook endpoint."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.webhooks import WebhookActivities
    from domain.messages import WebhookReport, WebhookStart
    from workflows import options


@workflow.defn(name="WebhookDelivery")
class WebhookDeliveryWorkflow:
    """One activity, tried for three days; a redelivery is another workflow."""

    @workflow.run
    async def run(self, start: WebhookStart) -> WebhookReport:
        """Deliver, or give up."""
        return await workflow.execute_activity_method(
            WebhookActivities.deliver_webhook,
            start,
            start_to_close_timeout=options.TELL.start_to_close,
            retry_policy=options.TELL.retries,
            priority=options.TELL.priority,
            summary="Tell the endpoint",
        )
