export { type Connection, EventSocket } from './event-socket.js';
export {
  ApiError,
  createServerClient,
  dataOf,
  fileRequest,
  isWorthRetrying,
  refusalOf,
  type ServerClient,
} from './server-client.js';
