// Starts `stagecheck lsp` and connects it to the editor. Everything else is the server's.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;
let output: vscode.OutputChannel | undefined;
// Starts and stops come one after the other: settings may change while the server is being started.
let last: Promise<void> = Promise.resolve();

// Layers, and the files that decide what they mean, whatever language an extension says they are in.
const FILES = [
  "**/*.{yaml,yml}",
  "**/*{Dockerfile,dockerfile,Containerfile,containerfile}*",
  "**/.dockerignore",
  "**/*.gcfg*",
  "**/package.json",
  "**/{.env,.env.*,*.env}",
  "**/{Procfile*,Makefile,makefile,GNUmakefile,justfile,Justfile,*.sh,*.service}",
];

// What makes a workspace one for the server. A file that is open without a workspace may be about any of them.
const CONFIG = "**/{app-config*.yaml,stagecheck.yaml,rstudio-connect*.gcfg*}";

async function isWanted(): Promise<boolean> {
  const isWorkspace = (vscode.workspace.workspaceFolders ?? []).length > 0;
  return !isWorkspace || (await vscode.workspace.findFiles(CONFIG, "**/node_modules/**", 1)).length > 0;
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("stagecheck");
  const watcher = vscode.workspace.createFileSystemWatcher(CONFIG, false, true, true);
  context.subscriptions.push(
    output,
    watcher,
    watcher.onDidCreate(() => (client ? undefined : restart())),
    vscode.commands.registerCommand("stagecheck.restart", restart),
    vscode.commands.registerCommand("stagecheck.showOutput", () => output?.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("stagecheck")) {
        await restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  last = last.then(stop);
  await last;
}

async function restart(): Promise<void> {
  last = last.then(stop).then(start);
  await last;
}

async function stop(): Promise<void> {
  const stopping = client;
  client = undefined;
  await stopping?.dispose().catch(() => undefined);
}

async function start(): Promise<void> {
  if (!(await isWanted())) {
    return;
  }
  const settings = vscode.workspace.getConfiguration("stagecheck");
  const command = settings.get<string>("path", "stagecheck");
  const server: ServerOptions = { command, args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: FILES.map((pattern) => ({ scheme: "file", pattern })),
    initializationOptions: {
      trusted: vscode.workspace.isTrusted,
      withLocal: settings.get<boolean>("withLocal", false),
    },
    outputChannel: output,
  };
  client = new LanguageClient("stagecheck", "stagecheck", server, options);
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Nobody waits for the answer: the next start must not.
    void report(`stagecheck: cannot start \`${command} lsp\`: ${reason}`);
  }
}

async function report(message: string): Promise<void> {
  const settle = "Open settings";
  const chosen = await vscode.window.showErrorMessage(message, settle);
  if (chosen === settle) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "stagecheck.path");
  }
}
