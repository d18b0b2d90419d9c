# The images of the edge server; docs/docker.md says how they are used.
#
#   docker build --target service .     what prints: Python, this program, what they load; no shell, no Django
#   docker build --target backend .     the small restaurant's backend, made the same way
#   docker build --target demo .        virtual printers, a simulated POS and `kitchen-demo`, to try things with
#
# Nothing here names a processor. Everything installed is checked by its hash, nothing is compiled.
ARG PYTHON_IMAGE=python:3.13.14-slim-bookworm


# This project as a wheel, built with hashed tools alone.
FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /project
COPY requirements/build.txt requirements/
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes --no-deps -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheel .


# Each program in an environment of its own, then collected into the root of an image. The root is tried before it
# becomes one: what misses a library ends the build here, not a start in the restaurant.
FROM ${PYTHON_IMAGE} AS service-root
COPY requirements/service.txt /requirements.txt
RUN python -m venv /opt/kitchen \
    && /opt/kitchen/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes --no-deps -r /requirements.txt
# python-escpos reads its profiles from YAML at every start, for a third of a second, unless it finds them here.
ENV ESCPOS_CAPABILITIES_PICKLE_DIR=/opt/kitchen/share/escpos
RUN mkdir -p "$ESCPOS_CAPABILITIES_PICKLE_DIR" && /opt/kitchen/bin/python -c "import escpos.capabilities"
COPY --from=wheel /wheel /wheel
RUN /opt/kitchen/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl
COPY deploy/image/collect.py /
RUN python /collect.py /image --command kitchen-printer \
        --without kitchen_backend --without kitchen_restaurant --without kitchen_demo \
    && chroot --userspec=10001:10001 /image /opt/kitchen/bin/python -c \
        "import ssl, kitchen_printer.cli, kitchen_printer.service.run, kitchen_printer.service.picture, virtual_printer.cli" \
    && chroot --userspec=10001:10001 /image /opt/kitchen/bin/kitchen-printer --version \
    && find /image/tmp -mindepth 1 -delete


FROM ${PYTHON_IMAGE} AS backend-root
COPY requirements/backend.txt /requirements.txt
RUN python -m venv /opt/kitchen \
    && /opt/kitchen/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes --no-deps -r /requirements.txt
COPY --from=wheel /wheel /wheel
RUN /opt/kitchen/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl
COPY deploy/image/collect.py /
RUN python /collect.py /image --command kitchen-backend --without virtual_printer --without kitchen_demo \
    && DATABASE_URL=postgresql://nobody@127.0.0.1/none BACKEND_SECRET_KEY=only-to-see-that-all-of-it-can-be-loaded \
        chroot --userspec=10001:10001 /image /opt/kitchen/bin/kitchen-backend check \
    && find /image/tmp -mindepth 1 -delete


FROM ${PYTHON_IMAGE} AS demo-environment
COPY requirements/demo.txt /requirements.txt
RUN python -m venv /opt/kitchen \
    && /opt/kitchen/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes --no-deps -r /requirements.txt
COPY --from=wheel /wheel /wheel
RUN /opt/kitchen/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl


# The images --------------------------------------------------------------------------------------------------

FROM ${PYTHON_IMAGE} AS demo
RUN groupadd --gid 10001 kitchen \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kitchen \
    && install -d -o 10001 -g 10001 /papers
COPY --from=demo-environment /opt/kitchen /opt/kitchen
ENV PATH=/opt/kitchen/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /papers
CMD ["kitchen-demo", "--paper", "/papers"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kitchen Printer Service: demo" \
      org.opencontainers.image.description="Virtual printers and a simulated POS, to try the edge server with." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"


FROM scratch AS backend
COPY --from=backend-root /image /
ENV PATH=/opt/kitchen/bin:/usr/local/bin LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["kitchen-backend"]
CMD ["serve", "--bind", "0.0.0.0:8000"]
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["kitchen-backend", "health"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kitchen Printer Service: backend" \
      org.opencontainers.image.description="The small restaurant's backend: bills, menu, HTTP for a POS." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"


# The last stage: what `docker build .` makes when nobody names one.
FROM scratch AS service
COPY --from=service-root /image /
ENV PATH=/opt/kitchen/bin:/usr/local/bin LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ESCPOS_CAPABILITIES_PICKLE_DIR=/opt/kitchen/share/escpos \
    KITCHEN_HEALTH_HOST=0.0.0.0
USER 10001:10001
EXPOSE 9100
# The first process is Python itself: SIGTERM reaches the service, which finishes what is in flight within 10 s.
ENTRYPOINT ["kitchen-printer"]
CMD ["run"]
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["kitchen-printer", "health", "--live"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kitchen Printer Service" \
      org.opencontainers.image.description="Gets every kitchen ticket onto paper, in order, once, or makes a human see that it did not." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
