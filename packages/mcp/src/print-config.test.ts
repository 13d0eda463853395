import { describe, expect, it } from 'vitest';
import { printConfig } from './print-config.ts';

const stdio = { command: 'npx', args: ['-y', '@holdfast/mcp'] };

describe('printConfig', () => {
  it('is what each client wants to have pasted', () => {
    expect(JSON.parse(printConfig('claude'))).toEqual({
      mcpServers: { holdfast: { type: 'stdio', ...stdio } },
    });
    expect(JSON.parse(printConfig('cursor'))).toEqual({ mcpServers: { holdfast: stdio } });
    expect(JSON.parse(printConfig('vscode'))).toEqual({ servers: { holdfast: { type: 'stdio', ...stdio } } });
  });

  it('names another program, or a server that runs already', () => {
    const program = { command: 'holdfast', args: ['mcp'], env: { A: 'b' }, name: 'shells' };
    expect(JSON.parse(printConfig('cursor', program))).toEqual({
      mcpServers: { shells: { command: 'holdfast', args: ['mcp'], env: { A: 'b' } } },
    });
    const url = 'http://127.0.0.1:4280/mcp';
    expect(JSON.parse(printConfig('vscode', { url, token: 't' }))).toEqual({
      servers: { holdfast: { type: 'http', url, headers: { Authorization: 'Bearer t' } } },
    });
    expect(JSON.parse(printConfig('cursor', { url }))).toEqual({ mcpServers: { holdfast: { url } } });
  });
});
