# One image for every role: `up` (web, workers, scheduler), or a further worker.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 bzpeer && mkdir /data && chown bzpeer /data
WORKDIR /srv/bzpeer
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY . .

USER bzpeer
ENV BZPEER_VAR=/data PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "manage.py", "up", "--bind", "0.0.0.0"]
