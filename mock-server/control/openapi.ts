// The OpenAPI 3.1 document of the control API, made from the table of routes. docs/control-api.openapi.json is this, written out.
import type { ControlRow } from './route.ts';
import { CONTROL_PREFIX } from './prefix.ts';
import { record } from './shape.ts';
import type { JsonSchema, Members } from './shape.ts';

const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string' },
    field: { type: 'string', description: 'The field, parameter or header at fault.' },
    message: { type: 'string' },
    hint: { type: 'string' },
  },
  required: ['error', 'message'],
};

/** The document; the same rows give the same bytes. */
export function openApiDocument(rows: readonly ControlRow[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const row of rows) (paths[`${CONTROL_PREFIX}${row.path}`] ??= {})[row.method.toLowerCase()] = operation(row);
  return {
    openapi: '3.1.0',
    info: {
      title: 'tokenwarp control API',
      version: '1',
      description:
        'What a test may do to a running `tokenwarp serve`. On loopback no key is needed; elsewhere send the bearer key that was printed at the start. Times are virtual ms unless said otherwise; tokens are named by labels.',
    },
    servers: [{ url: 'http://127.0.0.1:{port}', variables: { port: { default: '8080' } } }],
    security: [{}, { key: [] }],
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } }, schemas: { Error: ERROR } },
  };
}

function operation({ name, summary, path, query, body, answer, answerType = 'application/json' }: ControlRow): JsonSchema {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, param = '']) => ({
    name: param,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const parameters = [...inPath, ...inQuery(query)];
  const hasBody = Object.keys(body).length > 0;
  return {
    operationId: name,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? {
          requestBody: {
            required: Object.values(body).some((member) => member.needed),
            content: { 'application/json': { schema: record(body).schema } },
          },
        }
      : {}),
    responses: {
      200: { description: 'Done.', content: { [answerType]: { schema: answer } } },
      default: {
        description: 'Refused; `field` says where.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function inQuery(query: Members): object[] {
  return Object.entries(query).map(([name, { shape, about, needed }]) => ({
    name,
    in: 'query',
    required: needed,
    description: about,
    schema: shape.schema,
  }));
}
