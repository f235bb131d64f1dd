"""The API over a real database; Temporal is away, which refuses nothing."""

import base64
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from settings import Settings
from tests.postgres import API_KEY

KEY = base64.b64encode(bytes(32)).decode()


def make_app(database_url: str) -> FastAPI:
    """Build the API as a test needs it."""
    return create_app(
        Settings(
            database_url=database_url,
            vault_key=KEY,
            codec_key=KEY,
            google_client_id="client",
            temporal_address="127.0.0.1:1",
            api_rate=100_000,
        )
    )


@pytest.fixture
def app(database_url: str) -> FastAPI:
    return make_app(database_url)


@pytest.fixture
def door(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {API_KEY}"
        yield client
