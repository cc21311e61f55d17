import { z } from 'zod';

/** A named local operator, until there are accounts. `id` is what callers send in the `Faemban-Operator` header. */
export const operatorSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  name: z.string().min(1).max(80),
  office: z.string().min(1).max(80),
  role: z.string().min(1).max(40),
});
/** See {@link operatorSchema}. */
export type Operator = z.infer<typeof operatorSchema>;

/** The operators of a demo, until there are accounts: one uploads, another approves. */
export const demoOperators: readonly Operator[] = z.array(operatorSchema).parse([
  { id: 'somchai', name: 'สมชาย (เจ้าหน้าที่ข้อมูล อำเภอ)', office: 'district-8417', role: 'SEC-D' },
  { id: 'malee', name: 'มาลี (ฝ่ายเลขานุการ จังหวัด)', office: 'province-84', role: 'SEC-P' },
]);
