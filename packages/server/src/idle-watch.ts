/** Ends a daemon that nobody needs: no session, no request under way, for so long. */

export interface IdleWatch {
  /** Something begins; call what is returned when it is over. */
  begin(): () => void;
  /** Sessions have come or gone. */
  look(): void;
  stop(): void;
}

export const createIdleWatch = (
  idleMs: number | undefined,
  hasSessions: () => boolean,
  onIdle: () => void,
): IdleWatch => {
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const look = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (idleMs === undefined || isStopped || underWay > 0 || hasSessions()) return;
    timer = setTimeout(() => {
      isStopped = true;
      onIdle();
    }, idleMs);
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
