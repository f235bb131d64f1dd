# One image for every role: api, worker, migrate. The command says which.
FROM python:3.13.5-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements-runtime.lock ./
RUN pip install --require-hashes -r requirements-runtime.lock

COPY settings.py worker.py ./
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY providers providers
COPY records records
COPY relay relay
COPY api api

RUN useradd --system --no-create-home reprise
USER reprise
CMD ["python", "-m", "api"]
