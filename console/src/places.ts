import type { ComponentType } from 'react';

/** A page of the console: where it is, how it is reached, what draws it. */
export interface Place { path: string; name: string; letter: string; icon: string; page: ComponentType }
