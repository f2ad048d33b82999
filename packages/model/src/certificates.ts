// Certificates, as a file of its own that is loaded when one is asked for.

export { certify } from "./certificates/make.ts";
export { verifyCertificate } from "./certificates/check/verify.ts";
export { verifyTraining } from "./certificates/check/training.ts";
export { certifyTraining } from "./certificates/training.ts";
