import { describe, expect, it } from 'vitest';
import { selectEnvironment } from './environment.ts';

const host = {
  PATH: '/bin',
  LC_TIME: 'C',
  HOME: '/root',
  API_KEY: 'hush',
  NPM_TOKEN: 'hush',
  GONE: undefined,
};

describe('environment of a kernel', () => {
  it('is the allowlist and the session’s own', () => {
    expect(selectEnvironment(host, false, { OWN: '1' })).toEqual({
      PATH: '/bin',
      LC_TIME: 'C',
      HOME: '/root',
      OWN: '1',
    });
  });

  it('is more where that is asked for', () => {
    expect(selectEnvironment(host, ['API_KEY'], {}).API_KEY).toBe('hush');
    expect(selectEnvironment(host, ['API_KEY'], {}).NPM_TOKEN).toBeUndefined();
    expect(selectEnvironment(host, true, { PATH: '/own' })).toEqual({
      PATH: '/own',
      LC_TIME: 'C',
      HOME: '/root',
      API_KEY: 'hush',
      NPM_TOKEN: 'hush',
    });
  });
});
