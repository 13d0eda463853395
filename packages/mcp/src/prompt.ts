/** How to work with sessions, as a prompt and as the server's instructions. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

/** Short: clients put it into every conversation. */
export const instructions = `Live bash, Python and Node sessions that keep their state from one command to the next.
Start one with session_start (give it a name to find it again), run code with session_exec or session_eval, and end it with session_end.
A command that fails is a result with an exit code; state_lost in a result says what has to be set up again.
Long output is shown by its beginning and end; session_read_output reads the rest.`;

const workflow = `You have persistent sessions on this machine, through the session_* tools.

1. Start: session_start once for each piece of work, with a name and cwd. Keep the session_id. An existing session of that name is continued: look with session_state what is alive in it.
2. Run: session_exec for shell, Python or Node (language). Working directory, exported variables, functions, imports and variables stay: do not repeat cd, source or import. Directory and environment follow from one language to the next; variables do not. session_eval gives the value of an expression.
3. Check exit_code and stderr of every result. A failed command does not harm the session, and neither does exit.
4. Long work: a command is stopped after timeout_ms (30 s unless the session says otherwise); its state is kept. Give a larger timeout_ms, or run servers and watchers in the background (command > /dev/null & does not hold the answer, and without the redirection its output is kept). What they write later comes as late_output, and with session_read_output {stream: "late_stdout"}.
5. Input: standard input is empty unless you give stdin. Programs that ask questions get their answers there, or a flag like --yes.
6. Long output: the answer shows its beginning and end and says which lines were left out. Read them with session_read_output, or search with grep instead of reading all.
7. Trouble: session_interrupt stops the running command and keeps the state. state_lost says that a process had to be replaced: set up again what you need. session_reset starts afresh.
8. End: session_end when the work is done. It also ends background jobs.`;

export const registerPrompt = (server: McpServer): void => {
  server.registerPrompt(
    'work_in_session',
    {
      title: 'Work in a persistent session',
      description: 'Teaches how to use the sessions, and gives the task.',
      argsSchema: { task: z.string().optional().describe('What is to be done.') },
    },
    ({ task }) => ({
      description: 'How to work in a persistent session',
      messages: [
        {
          role: 'user',
          content: { type: 'text', text: task ? `${workflow}\n\nThe task: ${task}` : workflow },
        },
      ],
    }),
  );
};
