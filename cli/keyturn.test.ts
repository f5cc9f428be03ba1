import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  fixturePath,
  limited,
  makeFolder,
  put,
  safeText,
  unsafeText,
} from './test-support/folder.ts';

/*
 * The command as it is installed: compiled, in a process of its own.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const version = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
).version;
let installed = '';
let command = '';

beforeAll(() => {
  installed = mkdtempSync(join(tmpdir(), 'keyturn-installed-'));
  command = join(installed, 'dist', 'cli', 'keyturn.js');
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Types are checked by `npm run typecheck`.
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false'];
  execFileSync(process.execPath, [compiler, ...options, '--outDir', join(installed, 'dist')], {
    cwd: root,
  });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
  // The page as it is before it is built: what is in it is for a browser, and no matter here.
  mkdirSync(join(installed, 'dist', 'reports', 'lab'), { recursive: true });
  cpSync(
    join(root, 'reports', 'lab', 'index.html'),
    join(installed, 'dist', 'reports', 'lab', 'lab.html'),
  );
}, 120_000);

afterAll(() => {
  rmSync(installed, { recursive: true, force: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of this process, but for what it says of colours. */
function environment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...more };
}

function keyturn(words: readonly string[], more: NodeJS.ProcessEnv = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    encoding: 'utf8',
    env: environment(more),
    maxBuffer: 100_000_000,
  });
  return { status, stdout, stderr };
}

const tip = '\n(keyturn --help tells more)\n';

describe('help', () => {
  it('tells the version of the package', () => {
    expect(keyturn(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('tells of every command and exit code', () => {
    const { status, stdout } = keyturn(['--help']);
    expect(status).toBe(0);
    for (const name of ['run', 'check', 'import']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} \\[options\\]`, 'm'));
    }
    expect(stdout).toMatch(/Exit codes: 0 holds, 1 violated, 2 bad usage or input, 3 inconclusive/);
  });

  it('is what a bare command gets, with the exit code of bad usage', () => {
    const { status, stdout, stderr } = keyturn([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: keyturn \[options\] \[command\]\n/);
  });
});

describe('bad usage', () => {
  it.each([
    [['rotate'], "error: unknown command 'rotate'"],
    [['ran', 'a.yaml'], "error: unknown command 'ran'\n(Did you mean run?)"],
    [['check'], "error: missing required argument 'scenario'"],
    [['run', 'a.yaml', '--sede', '1'], "error: unknown option '--sede'\n(Did you mean --seed?)"],
    [
      ['run', 'a.yaml', '--seed', ''],
      "error: option '--seed <seed>' argument '' is invalid. Expected a seed.",
    ],
    [['run', 'a.yaml', '--trace'], "error: option '--trace <file>' argument missing"],
    [
      ['run', 'a.yaml', 'b.yaml'],
      "error: too many arguments for 'run'. Expected 1 argument but got 2.",
    ],
    ...['0', 'x', '1e3', '99999999999999999999'].map((runs): [string[], string] => [
      ['check', 'a.yaml', `--runs=${runs}`],
      `error: option '--runs <n>' argument '${runs}' is invalid. Expected a whole number from 1 on.`,
    ]),
    [
      ['import', '--ciliumnodes', 'a.json', '--release', '1.18'],
      "error: option '--release <release>' argument '1.18' is invalid. Allowed choices are cilium-1.16, cilium-1.17, cilium-1.18, cilium-1.19.",
    ],
  ])('%j', (words, message) => {
    const { status, stdout, stderr } = keyturn(words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(message + tip);
  });

  it.each([
    [
      [],
      'import: nothing is given to import\n  expected: --ciliumnodes FILE, --delays FILE, or both\n',
    ],
    [
      ['--delays', 'a.csv', '--cluster-name', 'east'],
      '--cluster-name is for --ciliumnodes, which is not given\n',
    ],
    [
      ['--ciliumnodes', 'a.json', '--scenario', 'a.yaml'],
      '--scenario is not for --ciliumnodes, which makes a scenario\n',
    ],
  ])('import %j', (words, message) => {
    expect(keyturn(['import', ...words])).toEqual({ status: 2, stdout: '', stderr: message });
  });
});

describe('bad input', () => {
  it('may be that there is none', () => {
    expect(keyturn(['run'])).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'run: no scenario is given\n' +
        '  expected: the path of a file, an ID that `keyturn scenarios` lists, or --all\n',
    });
  });

  it('is told on standard error, with exit code 2', () => {
    const folder = makeFolder();
    const missing = join(folder, 'no.yaml');
    expect(keyturn(['run', missing])).toEqual({
      status: 2,
      stdout: '',
      stderr: `${missing}: cannot be read: no such file\n  hint: give the path of a text file\n`,
    });
    const misspelt = put(folder, 'a.yaml', safeText.replace('seed:', 'sede:'));
    const { status, stderr } = keyturn(['check', misspelt]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /a\.yaml:2:1: unknown key "sede" \(at sede\)\n.*\n {2}hint: did you mean "seed"\?\n$/,
    );
  });

  it('leaves nothing behind', () => {
    const folder = makeFolder();
    const text = readFileSync(fixturePath('east-ciliumnodes.json'), 'utf8').slice(0, 999);
    const cut = put(folder, 'cut.json', text);
    const { status, stderr } = keyturn([
      'import',
      '--ciliumnodes',
      cut,
      '--out',
      join(folder, 'out'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/cut\.json:\d+:\d+: the JSON ends early/);
    const path = put(folder, 'a.yaml', safeText);
    const trace = join(folder, 'no', 'trace');
    expect(keyturn(['run', path, '--trace', trace]).status).toBe(2);
    expect(keyturn(['run', join(folder, 'no.yaml'), '--trace', join(folder, 'x')]).status).toBe(2);
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'cut.json']);
  });
});

describe('exit codes', () => {
  it.each([
    ['run', safeText, 0],
    ['run', unsafeText, 1],
    ['run', safeText + limited, 3],
    ['check', safeText, 0],
    ['check', unsafeText, 1],
    ['check', safeText + limited, 3],
  ])('of %s', (name, text, code) => {
    const path = put(makeFolder(), 'a.yaml', text);
    const words = name === 'check' ? [name, path, '--runs', '2'] : [name, path];
    expect(keyturn(words)).toMatchObject({ status: code, stderr: '' });
  });
});

describe('what is printed', () => {
  it('is the same in two processes, digest included, and another for another seed', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const once = keyturn(['run', path]);
    expect(once.stdout).toMatch(/\ndigest {3}[0-9a-f]{16} /);
    expect(keyturn(['run', path])).toEqual(once);
    const digest = (text: string) => /digest {3}([0-9a-f]{16})/.exec(text)?.[1];
    expect(digest(keyturn(['run', path, '--seed', '8']).stdout)).not.toBe(digest(once.stdout));
  });

  it('is coloured only where that is asked for', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    expect(keyturn(['run', path]).stdout).not.toContain('\u001b');
    expect(keyturn(['run', path], { FORCE_COLOR: '1' }).stdout).toContain('\u001b[32mSAFE');
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    expect(keyturn(['run', path], both).stdout).not.toContain('\u001b');
  });

  it('is JSON with --json, colours or not', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const run = keyturn(['run', path, '--json'], { FORCE_COLOR: '1' });
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: { kind: 'safe' } });
    const check = keyturn(['check', path, '--runs', '2', '--json']);
    expect(JSON.parse(check.stdout)).toMatchObject({ verdict: 'safe' });
  });

  it('ends with a command that repeats it', () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const { stdout } = keyturn(['check', path, '--runs', '3', '--seed', 'two words']);
    const repeat = /^repeat {3}keyturn (.*)$/m.exec(stdout)?.[1] ?? '';
    const digest = /^digest {3}([0-9a-f]{16})/m.exec(stdout)?.[1];
    const again = execFileSync(
      '/bin/sh',
      ['-c', `"$0" "$1" ${repeat}`, process.execPath, command],
      {
        encoding: 'utf8',
      },
    );
    expect(again).toContain(`digest   ${digest}  `);
  });

  it('may be cut off by whoever reads it', () => {
    const path = put(makeFolder(), 'a.yaml', safeText.replace('nodes: 2', 'nodes: 40'));
    const line = '"$0" "$1" run "$2" --json | head -c 10';
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', line, process.execPath, command, path], {
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['{\n  "forma', '']);
  });
});

it('runs twice at once, each into its own file', async () => {
  const folder = makeFolder();
  const path = put(folder, 'a.yaml', safeText);
  const start = (seed: string): Promise<number | null> =>
    new Promise((resolve) => {
      const words = ['run', path, '--seed', seed, '--trace', join(folder, `${seed}.jsonl`)];
      spawn(process.execPath, [command, ...words], { stdio: 'ignore' }).on('exit', resolve);
    });
  expect(await Promise.all([start('1'), start('2')])).toEqual([0, 0]);
  expect(readdirSync(folder).sort()).toEqual(['1.jsonl', '2.jsonl', 'a.yaml']);
  for (const seed of ['1', '2']) {
    const words = ['run', path, '--seed', seed, '--trace', join(folder, 'again.jsonl')];
    expect(keyturn(words).status).toBe(0);
    const first = readFileSync(join(folder, `${seed}.jsonl`), 'utf8');
    expect(readFileSync(join(folder, 'again.jsonl'), 'utf8')).toBe(first);
  }
});

it('ends as by SIGPIPE, and says nothing, where nobody reads on', async () => {
  const path = put(makeFolder(), 'a.yaml', safeText);
  const child = spawn(process.execPath, [command, 'run', path]);
  child.stdout.destroy();
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  expect(await once(child, 'close')).toEqual([141, null]);
  expect(complaints).toBe('');
});

it('takes the place of a trace file only when the new one is whole', () => {
  // The size that a file may have is limited, as a full disk would limit it.
  const folder = makeFolder();
  const path = put(folder, 'a.yaml', safeText);
  const trace = put(folder, 'trace.jsonl', 'older\n');
  const line = `trap '' XFSZ; ulimit -f 8; "$0" "$1" run "$2" --trace "$3"`;
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', line, process.execPath, command, path, trace],
    { encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`${trace}: cannot be written: `);
  expect(readFileSync(trace, 'utf8')).toBe('older\n');
  expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'trace.jsonl']);
});

describe('the lab, served', () => {
  const served = new Set<ChildProcess>();
  afterEach(() => {
    for (const one of served) one.kill('SIGKILL');
    served.clear();
  });

  async function start(words: readonly string[] = []) {
    const child = spawn(process.execPath, [command, 'lab', ...words]);
    served.add(child);
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /^(http:\/\/127\.0\.0\.1:\d+\/) \(Ctrl\+C ends it\)\n$/.exec(String(chunk))?.[1];
    return { child, url: url ?? `no address in: ${String(chunk)}` };
  }

  async function fetched(url: string, host?: string) {
    const asked = get(url, host === undefined ? {} : { headers: { host } });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const piece of answer) text += String(piece);
    return { status: answer.statusCode, policy: answer.headers['content-security-policy'], text };
  }

  it('is a page that may ask for nothing, with the run of the scenario in it', async () => {
    const path = put(makeFolder(), 'a.yaml', safeText);
    const { url } = await start([path]);
    const { status, policy, text } = await fetched(url);
    expect(status).toBe(200);
    expect(policy).toMatch(/^default-src 'none';/);
    const { digest } = JSON.parse(keyturn(['run', path, '--json']).stdout) as { digest: string };
    expect(text).toContain(`"digest":"${digest}"`);
    expect(await fetched(`${url}other`)).toMatchObject({ status: 404, text: '' });
    // What another site's page would ask, after its name was made to point here.
    expect(await fetched(url, 'keyturn.invalid')).toMatchObject({ status: 404, text: '' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with %s, even while somebody listens',
    async (signal) => {
      const { child, url } = await start();
      await fetched(url);
      const { port } = new URL(url);
      const idle = connect(Number(port), '127.0.0.1');
      await once(idle, 'connect');
      idle.on('error', () => undefined);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  it('is served twice at once, but not at one port', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.url).not.toBe(other.url);
    expect([(await fetched(one.url)).status, (await fetched(other.url)).status]).toEqual([
      200, 200,
    ]);
    const { port } = new URL(one.url);
    expect(keyturn(['lab', '--port', port])).toEqual({
      status: 2,
      stdout: '',
      stderr: `--port ${port}: cannot be listened on: it is in use\n  hint: another port, or 0 for any\n`,
    });
    expect((await fetched(one.url)).status).toBe(200);
  });

  it('goes into a file, whole, or is refused', () => {
    const folder = makeFolder();
    expect(keyturn(['lab', '--out', join(folder, 'lab.html')])).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'lab.html'), 'utf8')).toMatch(/<\/html>\n$/);
    const { status, stderr } = keyturn(['lab', '--out', join(folder, 'no', 'lab.html')]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('cannot be written: no such folder'),
    ]);
    expect(keyturn(['lab', '--out', folder]).stderr).toContain('it is a folder');
    expect(readdirSync(folder)).toEqual(['lab.html']);
  });
});
