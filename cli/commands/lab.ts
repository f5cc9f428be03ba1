import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rehearse } from '../../properties/index.ts';
import { labPage } from '../../reports/index.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { BadInput } from '../failure.ts';
import { readScenario } from '../read-scenario.ts';
import { labTemplate } from '../report-file.ts';
import { assertWritable, writeTogether } from '../write-files.ts';

export interface LabOptions {
  readonly out?: string;
  readonly port: number;
}

/** `keyturn lab`: the page, in one file or served on loopback until it is interrupted. */
export async function lab(path: string | undefined, options: LabOptions): Promise<ExitCode> {
  const { out, port } = options;
  if (out !== undefined) assertWritable(out);
  const page = pageFor(path);
  if (out !== undefined) {
    writeTogether([{ path: out, text: page }]);
    return exitCode.holds;
  }
  return serve(page, port);
}

function pageFor(path: string | undefined): string {
  if (path === undefined) return labPage(labTemplate(), undefined);
  const scenario = readScenario(path);
  const { digest } = rehearse(scenario).run;
  return labPage(labTemplate(), { scenario, digest });
}

/** Serves one page to this machine alone. A name other than its own is another site's trick. */
function serve(page: string, port: number): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const known = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '');
      const isPage = known && request.method === 'GET' && request.url === '/';
      response.writeHead(isPage ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; worker-src blob:; img-src data:",
      });
      response.end(isPage ? page : '');
    });
    server.on('error', (error) => {
      const reason =
        'code' in error && error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      reject(
        new BadInput(
          `--port ${port}: cannot be listened on: ${reason}\n  hint: another port, or 0 for any`,
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const { port: actual } = server.address() as AddressInfo;
      process.stdout.write(`http://127.0.0.1:${actual}/ (Ctrl+C ends it)\n`);
    });
    const end = (): void => {
      server.close();
      server.closeAllConnections();
      resolve(exitCode.holds);
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}
