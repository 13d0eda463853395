/**
 * Ends a daemon that nobody needs: no session, no request under way, for so long. Before the first session
 * it waits longer: whoever has started it may take a while to ask.
 */

export interface IdleWatch {
  /** Something begins; call what is returned when it is over. */
  begin(): () => void;
  /** Sessions have come or gone. */
  look(): void;
  stop(): void;
}

const firstSessionMs = 30_000;

export const createIdleWatch = (
  idleMs: number | undefined,
  hasSessions: () => boolean,
  onIdle: () => void,
): IdleWatch => {
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let hadSession = false;
  const look = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const hasAny = hasSessions();
    hadSession ||= hasAny;
    if (idleMs === undefined || isStopped || underWay > 0 || hasAny) return;
    const end = (armed: NodeJS.Timeout | undefined): void => {
      if (isStopped || timer !== armed) return;
      isStopped = true;
      onIdle();
    };
    timer = setTimeout(
      // What came in while the process stood still is looked at first: Node puts timers before it.
      () => setImmediate(end, timer),
      hadSession ? idleMs : Math.max(idleMs, firstSessionMs),
    );
  };
  return {
    begin() {
      underWay += 1;
      look();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        underWay -= 1;
        look();
      };
    },
    look,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
