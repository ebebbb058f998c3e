import { chime } from "../../../shared/sound";

export const ring = () => chime(587, 784);
