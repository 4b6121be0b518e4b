# syntax=docker/dockerfile:1
ARG PYTHON=3.13

# --- what is installed, with exact versions ---------------------------------------------------------------
FROM python:${PYTHON}-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/tongban
COPY setup.py pyproject.toml constraints.txt ./
COPY gateway gateway
COPY adapters adapters
COPY mappings mappings
COPY audit audit
RUN /opt/tongban/bin/python -m pip install --no-cache-dir --constraint constraints.txt .
COPY conf conf
# inside a container nobody but the container reaches 127.0.0.1
RUN sed -i 's/host: 127\.0\.0\.1/host: 0.0.0.0/' conf/gateway.yaml

FROM python:${PYTHON}-slim-bookworm AS build-auditor
WORKDIR /src
RUN python -m venv /opt/audit
COPY constraints.txt ./
RUN /opt/audit/bin/python -m pip install --no-cache-dir --constraint constraints.txt cryptography

# --- the auditor's program, which holds nothing of the gateway: docker build --target auditor -------------
FROM python:${PYTHON}-slim-bookworm AS auditor
RUN useradd --system --uid 10001 --user-group --no-create-home auditor
COPY --from=build-auditor /opt/audit /opt/audit
ENV PATH=/opt/audit/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
COPY audit audit
USER 10001:10001
ENTRYPOINT ["python", "-m", "audit"]

# --- the gateway ------------------------------------------------------------------------------------------
FROM python:${PYTHON}-slim-bookworm AS gateway
RUN useradd --system --uid 10001 --user-group --no-create-home tongban \
 && install --directory --owner=tongban --mode=0700 /app/state
COPY --from=build /opt/tongban /opt/tongban
COPY --from=build /src/conf /app/conf
COPY mappings/platforms /app/mappings/platforms
ENV PATH=/opt/tongban/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
VOLUME /app/state
EXPOSE 8650
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8650/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tongban"]
CMD ["serve", "--conf", "conf"]
