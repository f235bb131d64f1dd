"""The search attributes: what Temporal's own pages can be filtered by. Never anything personal."""

from temporalio.common import SearchAttributeKey

WORKSPACE = SearchAttributeKey.for_keyword("RepriseWorkspace")
SEQUENCE = SearchAttributeKey.for_keyword("RepriseSequence")
MAILBOX = SearchAttributeKey.for_keyword("RepriseMailbox")
STATUS = SearchAttributeKey.for_keyword("RepriseStatus")
CODE = SearchAttributeKey.for_keyword("RepriseCode")
