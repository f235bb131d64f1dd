"""Connects to Temporal with the converter that everybody shares."""

from collections.abc import Sequence

from temporalio.client import Client
from temporalio.runtime import Runtime

from relay.codec import data_converter


async def connect(
    address: str,
    namespace: str,
    keys: Sequence[tuple[str, bytes]],
    *,
    lazy: bool = False,
    runtime: Runtime | None = None,
) -> Client:
    """Connect; lazily where the process must start while Temporal is away."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(keys),
        lazy=lazy,
        runtime=runtime,
    )
