import { MigrationRefused, type OpenServiceState } from './order';

/** Opens the state of a service in its database. */
export const openMongoState: OpenServiceState = async ({ database }) => {
  throw new MigrationRefused({
    th: `โปรแกรมรุ่นนี้ยังเก็บสถานะของบริการในฐานข้อมูล ${database} ไม่ได้ โปรดใช้รุ่นใหม่กว่า`,
    en: `This release cannot keep a service's state in the database ${database} yet. Use a newer one.`,
  });
};
