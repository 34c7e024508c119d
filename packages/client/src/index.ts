export { type Connection, EventSocket } from './event-socket.js';
export {
  ApiError,
  type ApiErrorCode,
  answerOf,
  createServerClient,
  dataOf,
  fileRequest,
  isWorthRetrying,
  refusalOf,
  type ServerClient,
} from './server-client.js';
