# s3lint in an image: docker run --rm --volume "$PWD:/code" --user "$(id -u):$(id -g)" s3lint check
FROM python:3.13.9-slim-trixie AS build
COPY . /source
RUN python -m venv /opt/s3lint && /opt/s3lint/bin/python -m pip install --no-cache-dir --disable-pip-version-check /source

FROM python:3.13.9-slim-trixie
# git: for ignored files, `--since` and the authors of suppressions.
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/s3lint /opt/s3lint
ENV PATH=/opt/s3lint/bin:$PATH XDG_CACHE_HOME=/tmp/cache
RUN useradd --create-home --shell /usr/sbin/nologin s3lint
USER s3lint
WORKDIR /code
ENTRYPOINT ["s3lint"]
CMD ["check"]
