"""The sandbox speaks Gmail as the discovery document has it, to Google's own client."""

import base64
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httplib2
import httpx
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload, set_user_agent

from sandbox.google.gmail import METHODS, UPLOADS
from tests.conformance.discovery import document, methods, problems
from tests.conformance.sandbox_process import MODIFY, SandboxProcess

pytestmark = pytest.mark.integration

DOCUMENT = document()
BY_ID = {method["id"]: method for method in methods(DOCUMENT)}
RITA, CARL = "rita@acme.example", "carl@mail.example"
del set_user_agent
