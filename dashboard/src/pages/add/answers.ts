import type { OfUpload } from '@/api/client';

/** What a person says of a file; null is for the file to decide. */
export type Answers = Omit<OfUpload, 'id'>;
