# One image for every role of ours: migrate, api, worker and, where it is wanted, the sandbox.
FROM python:3.13.14-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin reprise \
    && install -d -o reprise -g reprise /var/lib/reprise

WORKDIR /app

# What runs, without what tests and builds; every file is held against its hash, and none is built.
COPY requirements-runtime.lock ./
RUN python -m pip install --require-hashes --only-binary :all: -r requirements-runtime.lock

COPY domain ./domain
COPY workflows ./workflows
COPY activities ./activities
COPY providers ./providers
COPY records ./records
COPY relay ./relay
COPY api ./api
COPY sandbox ./sandbox
COPY settings.py worker.py ./
RUN python -m compileall -q .

USER 10001:10001
CMD ["python", "-m", "api"]
