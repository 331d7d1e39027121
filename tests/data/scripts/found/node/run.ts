import { execFile } from "node:child_process";
const args: string[] = ["cloudtrail", "create-subscription"];
execFile("aws", args, () => {});
