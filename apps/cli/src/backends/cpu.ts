import type { Backend } from "./backend.ts";

/** Plain JavaScript: slow, and the most exact. */
export const cpu: Backend = {
  name: "cpu",
  summary: "plain JavaScript, slow and exact",
  packages: ["@tensorflow/tfjs-backend-cpu"],
  registered: "cpu",
  install: "It comes with ham.",
  needs: "",
  load: async () => {
    await import("@tensorflow/tfjs-backend-cpu");
  },
};
