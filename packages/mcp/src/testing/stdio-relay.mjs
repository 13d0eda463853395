// Joins its standard input and output to a local socket: a server over stdio whose sessions live elsewhere.
import { connect } from 'node:net';

const socket = connect(process.argv[2] ?? '');
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on('close', () => process.exit());
