import { z } from 'zod';
import { helloResult, inputSchemas, protocolVersion } from './inputs.ts';
import { operationResult, operationSchemas } from './operations.ts';

/** The JSON Schema of every message, as agents/wire/schema.json publishes it. */
export function wireJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:keyturn:agent-protocol:${protocolVersion}`,
    title: `keyturn agent protocol, version ${protocolVersion}`,
    description: 'A line is one message, to an agent (inputs) or from one (operations).',
    anyOf: [
      ...Object.entries(inputSchemas).map(([method, params]) => request(method, params)),
      ...Object.entries(operationSchemas).map(([method, params]) => request(method, params)),
      response('The answer to hello.', helloResult),
      response('The answer to every other input.', z.strictObject({})),
      response('The answer to an operation.', operationResult),
    ],
  };
}

function request(method: string, params: z.ZodType): object {
  return message(method, { method: { const: method }, params: part(params) });
}

function response(title: string, result: z.ZodType): object {
  return message(title, { result: part(result) });
}

/** A schema inside the one that says which JSON Schema it is. */
function part(schema: z.ZodType): object {
  return { ...z.toJSONSchema(schema, { io: 'input' }), $schema: undefined };
}

function message(title: string, more: Readonly<Record<string, object>>): object {
  const properties = { jsonrpc: { const: '2.0' }, id: { type: 'integer' }, ...more };
  return {
    title,
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
