#!/usr/bin/env node
// Starts tokenwarp. Plain JavaScript that old versions of Node can read, so that they get one clear line instead of a syntax
// error: below the version we need it ends with exit code 2 (wrong usage: the wrong Node), before anything else is loaded.
import { existsSync, readFileSync } from 'fs';

const NEEDED = [22, 19];

function atLeast(version, needed) {
  const parts = version.split('.').map(Number);
  return parts[0] > needed[0] || (parts[0] === needed[0] && parts[1] >= needed[1]);
}

function start() {
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
  return import('module')
    .then(function (module) {
      // Without a folder of our own: Node's default place, shared with other tools, cleaned by whoever cleans it.
      if (typeof module.enableCompileCache === 'function') module.enableCompileCache();
      return import(entry.href);
    })
    .then(function (cli) {
      return cli.main(process.argv.slice(2));
    })
    .then(function (code) {
      process.exitCode = code;
    });
}

if (!atLeast(process.versions.node, NEEDED)) {
  process.stderr.write('tokenwarp needs Node ' + NEEDED.join('.') + ' or newer; this is ' + process.versions.node + '\n');
  process.exitCode = 2;
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  process.stdout.write(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version + '\n');
} else {
  start();
}
