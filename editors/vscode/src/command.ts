/** How the server is started, and what it is told: everything that does not need an editor. */

import { existsSync } from "node:fs";
import { join } from "node:path";

export interface Command {
  command: string;
  args: string[];
}

/** The command that is configured; else that of the first folder with an environment; else the one on the path. */
export function serverCommand(
  configured: readonly string[],
  folders: readonly string[],
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): Command {
  const [program, ...args] = configured;
  if (program !== undefined) {
    return { command: inFolder(program, folders, exists), args: [...args, "server"] };
  }
  const own = platform === "win32" ? join(".venv", "Scripts", "s3lint.exe") : join(".venv", "bin", "s3lint");
  return { command: inFolder(own, folders, exists, "s3lint"), args: ["server"] };
}

/** A relative path with folders in it is looked for in the folders of the workspace. */
function inFolder(program: string, folders: readonly string[], exists: (path: string) => boolean, otherwise = program): string {
  if (!/[\\/]/.test(program)) {
    return program;
  }
  return folders.map((folder) => join(folder, program)).find(exists) ?? otherwise;
}

/** What the server is told when it starts. */
export function initializationOptions(run: string | undefined): { run: string } {
  return { run: run ?? "onType" };
}

/** What the user is told when the server does not start. */
export function startFailure(command: Command, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `s3lint: the server does not start (${[command.command, ...command.args].join(" ")}): ${reason}. Install it with: python -m pip install 's3lint[lsp]'`;
}
