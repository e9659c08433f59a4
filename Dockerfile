# The Action's image. A docker action runs as root in the directory that the runner sets: hence neither USER nor WORKDIR.
# The base is named by tag here; the release workflow pins it by digest.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/runtime.txt requirements/build.txt /build/requirements/
RUN python -m venv /build/tools \
 && /build/tools/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: \
    -r /build/requirements/build.txt \
 && /build/tools/bin/pip install --quiet --require-hashes --no-deps --only-binary :all: --no-compile \
    --target /opt/keyturn -r /build/requirements/runtime.txt
COPY pyproject.toml README.md LICENSE /build/
COPY src /build/src
# What only a terminal needs is taken out again: the image has one command, and that prints no colours.
RUN /build/tools/bin/pip install --quiet --no-deps --no-build-isolation --no-compile --target /opt/keyturn /build \
 && for name in bin annotated_doc markdown_it mdurl pygments rich shellingham typer; do rm -rf "/opt/keyturn/$name"*; done \
 && python -m compileall -q --invalidation-mode unchecked-hash /opt/keyturn

FROM python:3.13-slim
LABEL org.opencontainers.image.title="keyturn" \
      org.opencontainers.image.description="The gate between an AI agent's pull request and the merge button" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/keyturn/keyturn"
COPY --from=build /opt/keyturn /opt/keyturn
# Takes away the base's pip, which the gate does not use, and makes keyturn known to Python without PYTHONPATH.
RUN ["python", "-c", "import glob, os, shutil, sys, sysconfig; \
place = sysconfig.get_path('purelib'); \
[shutil.rmtree(path) for name in ('pip', 'pip-*', '../ensurepip') for path in glob.glob(f'{place}/{name}')]; \
[os.remove(path) for path in glob.glob(f'{sys.prefix}/bin/pip*')]; \
open(f'{place}/keyturn.pth', 'w').write('/opt/keyturn\\n')"]
# -I: the job's workspace is the current directory and the job's environment comes along; without it, Python would import
# what lies there, and what PYTHONPATH names. The first line tries it, as the second runs it.
RUN ["/usr/local/bin/python", "-I", "-B", "-c", "import keyturn.cli.action, keyturn.slack.web, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')"]
ENTRYPOINT ["/usr/local/bin/python", "-I", "-B", "-m", "keyturn", "action"]
