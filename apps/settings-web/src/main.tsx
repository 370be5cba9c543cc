import '@mantine/core/styles.css';
import './page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { startLanguages } from './i18n/languages';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no place for the page');
await startLanguages();
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
