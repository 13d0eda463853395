/** Inputs that several tools take. */
import { z } from 'zod';

export const session_id = z.string().min(1).describe('Id of a live session (sess_…), or its name.');
