"""How we ask applicant tracking systems; every call only reads."""
