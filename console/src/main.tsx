import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { takeKeyFromAddress } from './session';
import './ui/theme.css';

takeKeyFromAddress();
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);
