// Emoji and their names as the Unicode CLDR gives them.
export const table = `😀 cara sonriendo
😄 cara sonriendo con ojos sonrientes
😂 cara llorando de risa
🙂 cara sonriendo ligeramente
😉 cara guiñando el ojo
😊 cara feliz con ojos sonrientes
😍 cara sonriendo con ojos de corazón
😘 cara lanzando un beso
😎 cara sonriendo con gafas de sol
🤔 cara pensativa
😐 cara neutral
🙄 cara con ojos en blanco
😕 cara de confusión
😟 cara preocupada
😢 cara llorando
😭 cara llorando fuerte
😡 cara cabreada
😱 cara gritando de miedo
😴 cara durmiendo
🤒 cara con termómetro
🤗 cara con manos abrazando
🤭 cara con mano sobre la boca
🤷 persona encogida de hombros
🙏 manos en oración
👍 pulgar hacia arriba
👎 pulgar hacia abajo
👌 señal de aprobación con la mano
👏 manos aplaudiendo
🙌 manos levantadas celebrando
💪 bíceps flexionado
👋 mano saludando
🤝 apretón de manos
☝️ dedo índice hacia arriba
✌️ mano con señal de victoria
🤞 dedos cruzados
👀 ojos
❤️ corazón rojo
🧡 corazón naranja
💛 corazón amarillo
💚 corazón verde
💙 corazón azul
💜 corazón morado
💔 corazón roto
✨ chispas
🎉 cañón de confeti
🎁 regalo
🎂 tarta de cumpleaños
🔥 fuego
⭐ estrella
☀️ sol
🌧️ nube con lluvia
❄️ copo de nieve
🌈 arcoíris
✅ botón de marca de verificación
❌ marca de cruz
❗ exclamación roja
❓ interrogación roja
⚠️ advertencia
🚫 prohibido
💡 bombilla
🔔 campana
📞 auricular de teléfono
📱 teléfono móvil
💻 ordenador portátil
🖥️ ordenador de sobremesa
📷 cámara de fotos
📎 clip
📄 página hacia arriba
📦 paquete
🚚 camión de reparto
🏠 casa
🔑 llave
🔌 enchufe eléctrico
🔋 pila
📶 barras de cobertura
🛜 wifi
⏰ reloj despertador
📅 calendario
🕐 1 en punto
💶 billete de euro
💳 tarjeta de crédito
🛒 carrito de la compra
☕ bebida caliente
🍕 pizza
🍀 trébol de cuatro hojas
🐶 cara de perro
🐱 cara de gato
🚗 coche
🚲 bicicleta
✈️ avión
🔴 círculo rojo
🟡 círculo amarillo
🟢 círculo verde
🔵 círculo azul
⚪ círculo blanco`;
