# docker build -t factcheck .
# docker run --rm --network none -v "$PWD:/pages:ro" factcheck scan page.html
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements/office.txt requirements/
RUN python -m venv /opt/factcheck \
    && /opt/factcheck/bin/pip install --no-cache-dir --require-hashes -r requirements/office.txt
COPY pyproject.toml README.md LICENSE ./
COPY data data
COPY models models
COPY factcheck factcheck
RUN /opt/factcheck/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
COPY --from=build /opt/factcheck /opt/factcheck
RUN useradd --create-home --uid 10001 factcheck
USER factcheck
WORKDIR /pages
ENV PATH=/opt/factcheck/bin:$PATH
ENTRYPOINT ["factcheck"]
CMD ["--help"]
