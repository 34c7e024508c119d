import { arrangeCards, type LayoutRequest } from './arrange-cards.js';

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  self.postMessage(arrangeCards(data));
};
