# The server and the monthly jobs in one image. Build: docker build -t retention .
# Everything that is installed is pinned by hash in requirements.lock; state lies in the volume /var/lib/retention.
FROM python:3.11-slim AS build
COPY requirements.lock pyproject.toml README.md LICENSE /build/
RUN python -m venv /opt/retention \
 && /opt/retention/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/requirements.lock
COPY features /build/features
COPY pipeline /build/pipeline
COPY serving /build/serving
RUN /opt/retention/bin/pip install --no-cache-dir --no-deps --no-build-isolation /build

FROM python:3.11-slim
# hadolint ignore=DL3008 # Debian removes a version of a package when it fixes it
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home retention \
 && install -d -o retention -g retention -m 0700 /var/lib/retention
COPY --from=build /opt/retention /opt/retention
# The rest of the file system may be read-only: what numba compiles stays in the volume.
ENV PATH=/opt/retention/bin:$PATH PYTHONUNBUFFERED=1 RETENTION_VAR=/var/lib/retention \
    NUMBA_CACHE_DIR=/var/lib/retention/compiled
# By its number: Kubernetes cannot tell from a name that it is not root.
USER 10001
WORKDIR /var/lib/retention
VOLUME /var/lib/retention
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["uvicorn", "serving.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30"]
