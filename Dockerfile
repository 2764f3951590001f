# The studio on port 7860, as an ordinary user, with its sessions on a volume.
#   docker build -t instructfx . && docker run -p 7860:7860 -v instructfx:/home/instructfx/app/sessions instructfx
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv make ffmpeg ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home instructfx

USER instructfx
WORKDIR /home/instructfx/app
COPY --chown=instructfx:instructfx Makefile pyproject.toml requirements.txt requirements-dev.txt ./
COPY --chown=instructfx:instructfx tools/lock.py tools/
RUN make .venv/ready && rm -rf ~/.cache
COPY --chown=instructfx:instructfx . .

ENV INSTRUCTFX_HOST=0.0.0.0 INSTRUCTFX_PORT=7860
EXPOSE 7860
VOLUME /home/instructfx/app/sessions
CMD ["make", "run"]
