import type { ReportCase, ReportDocument } from './document.ts';

/**
 * A document as JUnit XML, as Jenkins, GitLab and their like read it (jenkinsci/xunit-plugin,
 * junit-10.xsd): a test case for each case. A violation is a failure, an inconclusive case an error.
 */
export function junitReport(document: ReportDocument): string {
  const { title, cases, file, repeat } = document;
  const count = (outcome: string): number => cases.filter((one) => one.outcome === outcome).length;
  const totals = `tests="${cases.length}" failures="${count('violated')}" errors="${count('inconclusive')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="keyturn" ${totals}>`,
    `  <testsuite name="${escapeXml(title)}" ${totals} file="${escapeXml(file)}">`,
    '    <properties>',
    `      <property name="repeat" value="${escapeXml(repeat)}"/>`,
    '    </properties>',
    ...cases.flatMap((one) => testCase(one, file)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ name, outcome, message, detail }: ReportCase, file: string): readonly string[] {
  const open = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}"`;
  const text = escapeXml(detail.join('\n'));
  if (outcome === 'holds') return [`${open}>`, `      <system-out>${text}</system-out>`, close];
  const element = outcome === 'violated' ? 'failure' : 'error';
  return [
    `${open}>`,
    `      <${element} type="${outcome}" message="${escapeXml(message)}">${text}</${element}>`,
    close,
  ];
}

const close = '    </testcase>';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** XML 1.0 has no way to write most control characters, nor half of a surrogate pair. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .toWellFormed()
    .replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
