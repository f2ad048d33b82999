# The ham command: docker run --rm -v "$PWD:/work" ham run memory.ham
FROM node:24-slim
RUN npm install --global @hamlet/cli && npm cache clean --force
WORKDIR /work
USER node
ENTRYPOINT ["ham"]
CMD ["--help"]
