/**
 * What a shell kernel sends: messages of NUL-terminated fields, the last of which is a single dot. Values that
 * users can influence are sent with a colon in front, so none of them is taken for that end.
 */
export const createFieldReader = (onMessage: (fields: string[]) => void): ((data: Buffer) => void) => {
  let pending: Buffer[] = [];
  let fields: string[] = [];
  return (data) => {
    let start = 0;
    for (;;) {
      const end = data.indexOf(0, start);
      if (end === -1) break;
      let field: string;
      if (pending.length === 0) field = data.toString('utf8', start, end);
      else {
        pending.push(data.subarray(start, end));
        field = Buffer.concat(pending).toString('utf8');
        pending = [];
      }
      start = end + 1;
      if (field === '.') {
        const message = fields;
        fields = [];
        onMessage(message);
      } else fields.push(field);
    }
    // A copy: the channel uses its buffer again.
    if (start < data.length) pending.push(Buffer.from(data.subarray(start)));
  };
};
